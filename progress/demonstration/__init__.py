"""Labelled demonstration people and history, made by walking the real workflow, and their removal."""

from .building import build, request_build
from .people import PASSWORD, create_people
from .removal import remove

__all__ = ["PASSWORD", "build", "create_people", "remove", "request_build"]
