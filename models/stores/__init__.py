"""The one bundle of all stores: what is in it, by part, and how it is made."""

from models.stores.bundle import Stores, assemble, planned, told

__all__ = ["Stores", "assemble", "planned", "told"]
