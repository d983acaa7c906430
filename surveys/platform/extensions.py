"""Flask extensions that only pages use, made once and bound to an application by `surveys.site.application`."""

from flask_login import LoginManager
from flask_wtf import CSRFProtect

csrf = CSRFProtect()
login = LoginManager()
