"""Under which ids a model's price is looked for: exactly named, never by likeness (SPEC §5)."""

from __future__ import annotations

import re

_MAKERS = (
    "(?:ai21|amazon|anthropic|cohere|deepseek|deepseek-ai|google|meta|meta-llama|microsoft|minimax|"
    "minimaxai|mistral|mistralai|moonshot|moonshotai|nvidia|openai|qwen|twelvelabs|writer|x-ai|xai|"
    "z-ai|zai|zai-org)"
)
_RESELLERS = (
    "(?:accounts/fireworks/models|azure|azure_ai|baseten|bedrock|bedrock_converse|bedrock_mantle|"
    "cerebras|claude_platform|cloudflare|converse|dashscope|databricks|deepinfra|fireworks_ai|gemini|"
    "groq|invoke|litellm|nebius|novita|openrouter|perplexity|replicate|together_ai|vercel_ai_gateway|vertex|"
    "vertex_ai)"
)
_CLOUD_REGION = r"(?:us|eu|ap|ca|sa|me|af|il|mx)-(?:gov-)?[a-z]+-\d"
_INFERENCE_REGION = "(?:us-gov|us|eu|apac|global|jp|au|ca|in)"
_VENDOR = (
    rf"(?:{_MAKERS}|{_RESELLERS}|{_CLOUD_REGION})/"
    rf"|(?:{_INFERENCE_REGION}\.)?{_MAKERS}\."
    r"|arn:aws[a-z-]*:bedrock:[^/]*/"
)
_SUFFIX = r"(?:\[1m\]|[-@]20\d{6}|-v\d+:\d+|-latest|@latest|@default|-thinking)\Z"


def folded(model: str) -> str:
    """Return an id as tables key it: lower case, dots as hyphens."""
    return model.strip().lower().replace(".", "-")


def canonical(model: str) -> tuple[str, ...]:
    """Return the folded ids to look a model up by, the most exact first.

    Vendor prefixes and suffixes that name a place, a date or a mode are taken off one
    by one; nothing else is ever cut, so `claude-opus-4` is never found for
    `claude-opus-4-8`. Empty for an empty id.
    """
    ids: dict[str, None] = {}
    name = model.strip().lower()
    while name:
        for bare in _without_vendors(name):
            ids[folded(bare)] = None
        shorter = re.sub(_SUFFIX, "", name)
        if shorter == name:
            break
        name = shorter
    return tuple(ids)


def vendorless(model: str) -> str:
    """Return a folded id after all its vendor prefixes."""
    return folded(_without_vendors(model.strip().lower())[-1])


def _without_vendors(name: str) -> list[str]:
    """Return the id and what is left of it after each vendor prefix."""
    names = [name]
    while (vendor := re.match(_VENDOR, name)) and vendor.end() < len(name):
        name = name[vendor.end() :]
        names.append(name)
    return names
