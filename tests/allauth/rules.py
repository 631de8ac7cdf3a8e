def nobody(user):
    return False


def only_ada(user):
    return user is not None and user.username == "ada"
