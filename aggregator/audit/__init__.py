"""Deployment files: who may log in to the hubs that they deploy, and what is wrong with them. Pure, offline."""
