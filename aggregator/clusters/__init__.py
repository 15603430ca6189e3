"""What there is and how to reach it: the configuration file and its checks. Pure."""
