"""The shape of what is typed on the pages of this app; the rules are elsewhere."""

from django import forms
from django.contrib.auth import password_validation
from django.utils import timezone
from django.utils.functional import cached_property

from agencies.models import (
    Agency,
    AgencyGroup,
    AgencyName,
    AgencySuccession,
    Contact,
    GroupMember,
    Role,
    User,
)
from agencies.models.people import RESERVED_USERNAMES, USERNAME

RESERVED_CODES = {"new", "export"}


def posted(request):
    """What a form is bound to: the POST, even an empty one; None otherwise."""
    return request.POST if request.method == "POST" else None


def day_input():
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class SignInForm(forms.Form):
    username = forms.CharField(
        label="用户名",
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "autofocus": True}
        ),
    )
    password = forms.CharField(
        label="密码",
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class NewPasswordForm(forms.Form):
    """Two equal entries of a new password that keeps the policy."""

    new_password = forms.CharField(
        label="新密码",
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label="再输一次新密码",
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args, person=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.person = person

    def clean_new_password(self):
        password = self.cleaned_data["new_password"]
        password_validation.validate_password(password, self.person)
        return password

    def clean(self):
        cleaned = super().clean()
        if "new_password" in cleaned and cleaned["new_password"] != cleaned.get("again"):
            self.add_error("again", "两次输入的新密码不一致，请重新输入。")
        return cleaned


class ChangePasswordForm(NewPasswordForm):
    old_password = forms.CharField(
        label="现在的密码",
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    field_order = ["old_password", "new_password", "again"]

    def clean_old_password(self):
        if not self.person.check_password(self.cleaned_data["old_password"]):
            raise forms.ValidationError("现在的密码不正确。")
        return self.cleaned_data["old_password"]

    def clean_new_password(self):
        password = super().clean_new_password()
        if self.person.check_password(password):
            raise forms.ValidationError("新密码与现在的密码相同，请换一个。")
        return password


class FirstAdminForm(NewPasswordForm):
    username = forms.CharField(label="用户名", max_length=40, validators=[USERNAME], initial="admin")
    full_name = forms.CharField(label="姓名", max_length=40)
    field_order = ["username", "full_name", "new_password", "again"]

    def clean_username(self):
        username = self.cleaned_data["username"]
        if username in RESERVED_USERNAMES:
            raise forms.ValidationError(f"用户名 {username} 为系统保留，请换一个。")
        if User.objects.filter(username=username).exists():
            raise forms.ValidationError(f"用户名 {username} 已有人使用，请换一个。")
        self.person = User(username=username)
        return username


class PersonForm(forms.ModelForm):
    """What one may say about oneself, and an administrator about anybody."""

    class Meta:
        model = User
        fields = ["full_name", "phone", "email"]


class DatesInOrder:
    """For a form with `valid_from` and `valid_until`: the second is no earlier than the first."""

    def clean(self):
        cleaned = super().clean()
        since, until = cleaned.get("valid_from"), cleaned.get("valid_until")
        if since and until and until < since:
            self.add_error("valid_until", "结束日期早于开始日期，请更正。")
        return cleaned


class PostForm(DatesInOrder, forms.Form):
    role = forms.ChoiceField(label="角色", choices=Role)
    agency = forms.ModelChoiceField(
        Agency.objects.none(),
        label="单位",
        required=False,
        empty_label="（不属于任何单位）",
        help_text="市领导和系统管理员不选单位。",
    )
    valid_from = forms.DateField(label="起", required=False, widget=day_input())
    valid_until = forms.DateField(
        label="止", required=False, widget=day_input(), help_text="长期任职可不填。"
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["agency"].queryset = Agency.objects.bodies().filter(abolished_on__isnull=True)
        self.fields["valid_from"].initial = timezone.localdate


class NewPersonForm(PostForm):
    username = forms.CharField(
        label="用户名",
        max_length=40,
        validators=[USERNAME],
        help_text="小写字母开头，可含数字、点、横线。建议用单位代码加姓名拼音，如 fgw-zhangsan。",
    )
    full_name = forms.CharField(label="姓名", max_length=40)
    phone = forms.CharField(label="办公电话", max_length=40, required=False)
    email = forms.EmailField(label="电子邮箱", required=False)
    field_order = ["username", "full_name", "phone", "email", "role", "agency", "valid_from", "valid_until"]

    def clean_username(self):
        username = self.cleaned_data["username"]
        if username in RESERVED_USERNAMES:
            raise forms.ValidationError(f"用户名 {username} 为系统保留，请换一个。")
        if User.objects.filter(username=username).exists():
            raise forms.ValidationError(f"用户名 {username} 已有人使用，请换一个。")
        return username


class AgencyForm(forms.ModelForm):
    class Meta:
        model = Agency
        fields = [
            *("code", "name", "kind", "order"),
            *("needs_approver", "vertical", "abolished_on", "note"),
        ]
        widgets = {"abolished_on": day_input(), "note": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            del self.fields["code"]
        else:
            self.fields[
                "code"
            ].help_text = "小写字母和数字，用于网址和用户名；一经设定不再更改，也不再给别的单位用。"

    def clean_code(self):
        code = self.cleaned_data["code"]
        if code in RESERVED_CODES:
            raise forms.ValidationError(f"代码 {code} 为系统保留，请换一个。")
        return code


class RowForm(DatesInOrder, forms.ModelForm):
    """One row of a body's own table: its dates in order, and not there already."""

    def _post_clean(self):
        # An inline form leaves its parent out of the constraints it checks; here they are checked whole.
        super()._post_clean()
        if self.errors or not self.has_changed():
            return
        try:
            self.instance.validate_constraints()
        except forms.ValidationError:
            self.add_error(None, "这一条与已有的重复，请核对。")


class SuccessionForm(RowForm):
    class Meta:
        model = AgencySuccession
        fields = ["kind", "successor", "on", "document", "basis"]
        widgets = {"on": day_input()}

    def __init__(self, *args, agencies=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["successor"].empty_label = "（待定，请办公室确定）"
        self.fields["successor"].help_text = ""

    def clean_successor(self):
        successor = self.cleaned_data["successor"]
        if successor is not None and successor.pk == self.instance.predecessor_id:
            raise forms.ValidationError("单位不能由自己承接，请选别的单位。")
        return successor


class BodiesOnce(forms.BaseInlineFormSet):
    """Rows that each name a body, in the field `body`; the bodies to choose from are read once for all."""

    body = ""

    @cached_property
    def bodies(self):
        return [(body.pk, str(body)) for body in self.form.base_fields[self.body].queryset.all()]

    def add_fields(self, form, index):
        super().add_fields(form, index)
        field = form.fields[self.body]
        field.choices = [("", field.empty_label), *self.bodies]


class MembersOnce(BodiesOnce):
    body = "agency"


class SuccessorsOnce(BodiesOnce):
    body = "successor"


def part_formset(model, fields, **kwargs):
    """The rows of an agency's own table, with one empty row to add another."""
    parent, form = kwargs.pop("parent", Agency), kwargs.pop("form", RowForm)
    return forms.inlineformset_factory(
        parent, model, form=form, fields=fields, extra=1, can_delete=True, max_num=60, **kwargs
    )


DATES = {"valid_from": day_input(), "valid_until": day_input()}
NameFormSet = part_formset(AgencyName, ["name", "kind", "valid_from", "valid_until", "basis"], widgets=DATES)
SuccessionFormSet = part_formset(
    AgencySuccession,
    SuccessionForm.Meta.fields,
    form=SuccessionForm,
    fk_name="predecessor",
    formset=SuccessorsOnce,
)
ContactFormSet = part_formset(
    Contact, ["kind", "name", "title", "phone", "valid_from", "valid_until"], widgets=DATES
)
MemberFormSet = part_formset(
    GroupMember,
    ["agency", "valid_from", "valid_until", "basis"],
    widgets=DATES,
    parent=AgencyGroup,
    formset=MembersOnce,
)


class SpellingsField(forms.CharField):
    """A list of spellings, one a line."""

    widget = forms.Textarea(attrs={"rows": 4})

    def prepare_value(self, value):
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value):
        return [line.strip() for line in (super().to_python(value) or "").splitlines() if line.strip()]


class GroupForm(forms.ModelForm):
    spellings = SpellingsField(label="文中写法", required=False, help_text="一行一个。")

    class Meta:
        model = AgencyGroup
        fields = ["name", "spellings", "decided_per_task", "bears_duties", "order", "note"]
        widgets = {"note": forms.Textarea(attrs={"rows": 3})}


class ImportForm(forms.Form):
    file = forms.FileField(
        label="Excel 文件",
        help_text="xlsx 格式，不超过 2 MB、2000 行。",
        widget=forms.FileInput(attrs={"accept": ".xlsx"}),
        error_messages={
            "required": "请先选择要导入的 Excel 文件。",
            "empty": "这个文件是空的，请核对后重新选择。",
        },
    )
