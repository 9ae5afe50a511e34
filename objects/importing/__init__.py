"""Experiences from other systems: tables, YesWiki, WordPress, folders of Markdown files."""
