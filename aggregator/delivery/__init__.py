"""A finished message goes out: Slack, mail, PagerDuty, webhooks, Alertmanager."""
