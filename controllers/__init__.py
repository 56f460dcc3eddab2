from . import evidence, guide, monitoring
