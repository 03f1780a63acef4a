"""演示数据: how far its history is, and the button that takes all of it away."""

from django.contrib import messages
from django.contrib.auth import logout
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from agencies.models import Role, User
from agencies.permissions import check_role
from progress import demonstration
from progress.models import DemonstrationRun, ProgressReport


@require_http_methods(["GET", "POST"])
def demonstration_page(request):
    """What there is of the demonstration; POST removes all of it and nothing else."""
    check_role(request.user, Role.OFFICE, Role.ADMIN)
    if request.method == "POST":
        was_demo = request.user.is_demo
        demonstration.remove()
        if was_demo:
            logout(request)
        messages.success(request, "演示数据已全部移除，其他数据未受影响。")
        return redirect("public:home" if was_demo else "progress:demonstration")
    context = {
        "run": DemonstrationRun.objects.first(),
        "people": User.objects.filter(is_demo=True).count(),
        "reports": ProgressReport.objects.filter(is_demo=True).count(),
    }
    return render(request, "progress/demonstration.html", context)
