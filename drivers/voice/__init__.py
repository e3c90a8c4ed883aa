"""What guests and staff hear and key on the telephone: menus, wake-up calls, mailboxes and the prompts they speak."""
