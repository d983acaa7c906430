"""The respondents' blueprint: everything under /svar."""

from flask import Blueprint

from surveys.platform.extensions import csrf

blueprint = Blueprint("respond", __name__, url_prefix="/svar")

# The code in the address is what gives access. There is no cookie that another site's form could ride on, so a
# token against that would protect nothing, and it would need a cookie itself.
csrf.exempt(blueprint)
