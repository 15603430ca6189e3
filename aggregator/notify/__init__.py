"""Events become messages: routes, groups, silences, and when somebody is to be told again."""
