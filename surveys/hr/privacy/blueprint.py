"""The blueprint of the pages on personal data."""

from flask import Blueprint

blueprint = Blueprint("privacy", __name__)
