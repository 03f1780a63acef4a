"""The people to try in a demonstration, as the sign-in page offers them."""

from agencies.models import Agency, Role, User

FRONT = "办公室、市领导、管理员"
EXAMPLES = "先试这几位"
EXAMPLE_BODIES = ("fgw", "kjj", "sixian")
ROLE_ORDER = [Role.OFFICE, Role.LEADER, Role.ADMIN, Role.REPORTER, Role.APPROVER, Role.COLLEAGUE]


def demo_people():
    """[{group, people: [{username, name, role, agency}]}]: the office first, examples, then by kind."""
    groups = {FRONT: [], EXAMPLES: [], **{kind.label: [] for kind in Agency.Kind}}
    people = User.objects.filter(is_demo=True, is_active=True).prefetch_related("posts__agency")
    for person in people:
        post = next(iter(person.posts.all()), None)
        if post is None:
            continue
        groups[_group(post)].append((_rank(post), _shown(person, post)))
    return [
        {"group": group, "people": [shown for _, shown in sorted(found, key=lambda pair: pair[0])]}
        for group, found in groups.items()
        if found
    ]


def _group(post):
    if post.role in (Role.OFFICE, Role.LEADER, Role.ADMIN):
        return FRONT
    return EXAMPLES if post.agency.code in EXAMPLE_BODIES else post.agency.get_kind_display()


def _rank(post):
    front = post.agency is None or post.agency.is_office
    return (0 if front else post.agency.order, ROLE_ORDER.index(post.role), post.user_id)


def _shown(person, post):
    return {
        "username": person.username,
        "name": person.full_name,
        "role": post.get_role_display(),
        "agency": post.agency.name if post.agency else "",
    }
