"""The provider's name, which is looked at before a model is asked: it may be that of none."""

from jaunt.config import JauntConfig
from jaunt.errors import JauntConfigError
from jaunt.generate.providers import PROVIDERS, refuse_unknown


def provider_fault(config: JauntConfig) -> JauntConfigError | None:
    """Return what is wrong with the name of the provider, if there is one."""
    try:
        refuse_unknown(config.llm.provider or next(iter(PROVIDERS)))
    except JauntConfigError as error:
        return error
    return None
