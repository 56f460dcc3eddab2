from . import guide, monitoring
