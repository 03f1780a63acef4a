"""The shape of a robot as it is typed."""

from django import forms

from agencies.models import Agency
from reminders.models import Robot

KEPT = "已保存，不再显示；留空则不改。"


class RobotForm(forms.ModelForm):
    """Address and secret are typed anew or left as they are; they are never put into a page."""

    url = forms.URLField(
        label="机器人地址（Webhook）",
        max_length=400,
        assume_scheme="https",
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "url"}),
        help_text="在群设置中添加机器人后复制，以 https:// 开头。",
    )
    secret = forms.CharField(
        label="密钥",
        max_length=120,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="钉钉填“加签”密钥（SEC 开头）；通用 JSON 填至少 16 个字符；企业微信不用填。",
    )

    class Meta:
        model = Robot
        fields = ["name", "form", "url", "secret", "agency", "is_on"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.kept = self.instance.url, self.instance.secret
        self.fields["agency"].queryset = Agency.objects.all()
        self.fields["agency"].help_text = "选了单位，只向该群发送该单位的事项。"
        if self.instance.pk:
            self.initial |= {"url": "", "secret": ""}
            self.fields["url"].required = False
            for name, value in zip(("url", "secret"), self.kept, strict=True):
                if value:
                    self.fields[name].help_text = KEPT

    def clean(self):
        cleaned = super().clean()
        for name, kept in zip(("url", "secret"), self.kept, strict=True):
            if name not in self.errors:
                cleaned[name] = cleaned.get(name) or kept
        return cleaned
