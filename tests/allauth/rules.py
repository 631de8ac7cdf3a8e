def nobody(user):
    return False
