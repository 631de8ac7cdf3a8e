"""Who is compared? A module for each side: its views, and the URLs of a project that has it."""
