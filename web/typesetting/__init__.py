"""Printed matter: PDF and pictures of pages, set by Typst in a process of its own."""
