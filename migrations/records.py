"""Every record, so that the metadata knows every table."""

import importlib
import pkgutil

import domain
import tenants

for package in (tenants, domain):
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        importlib.import_module(module.name)
