"""Under which ids a model's price is looked for: exactly named, never by likeness (SPEC §5)."""

from __future__ import annotations

import re

_MAKERS = (
    "(?:ai21|amazon|anthropic|cohere|deepseek|deepseek-ai|google|meta|meta-llama|microsoft|minimax|"
    "minimaxai|mistral|mistralai|moonshot|moonshotai|nvidia|openai|qwen|twelvelabs|writer|x-ai|xai|"
    "z-ai|zai|zai-org)"
)
_RESELLERS = (
    "(?:accounts/fireworks/models|amazon-bedrock|azure|azure_ai|baseten|bedrock|bedrock_converse|"
    "bedrock_mantle|cerebras|claude_platform|cloudflare|converse|dashscope|databricks|deepinfra|"
    "fireworks_ai|gemini|github-copilot|github_copilot|google-vertex|google-vertex-anthropic|groq|"
    "invoke|litellm|litellm_proxy|nebius|novita|openrouter|perplexity|replicate|together_ai|"
    "vercel|vercel_ai_gateway|vertex|vertex_ai)"
)
_GOOGLE_RESOURCE = "(?:projects/[^/]+/locations/[^/]+/)?(?:publishers/[^/]+/)?models"
_CLOUD_REGION = r"(?:us|eu|ap|ca|sa|me|af|il|mx)-(?:gov-)?[a-z]+-\d"
_INFERENCE_REGION = "(?:us-gov|us|eu|apac|global|jp|au|ca|in)"
_VENDOR = (
    rf"(?:{_MAKERS}|{_RESELLERS}|{_CLOUD_REGION}|{_GOOGLE_RESOURCE})/"
    rf"|(?:{_INFERENCE_REGION}\.)?{_MAKERS}\."
    r"|arn:aws[a-z-]*:bedrock:[^/]*/"
)
_SUFFIX = (
    r"(?:\[1m\]|[-@]20\d{6}|-v\d+:\d+|-latest|@latest|@default|-thinking|:nitro|:floor|:exacto)\Z"
)
"""What names a place, a date, a mode, or whom OpenRouter asks first for the same model.

Not among them are `:extended`, `:batch` and `:thinking`, which OpenRouter sells as entries of
their own, nor `:online`, whose searches cost more than the tokens:
<https://openrouter.ai/docs/guides/routing/model-variants/overview>.
"""
_CLAUDE_SUFFIX = r":(?:thinking|beta)\Z"
"""Such entries of Claude models: Anthropic bills thinking as any output."""
_CLAUDE = "claude-"
_SUFFIX_SIGNS = ("[", "@", ":", "-20", "-latest", "-thinking")
"""One of these is in every suffix. Patterns are compiled where a name may fit them, no earlier:
that takes longer than all else of pricing one response."""

_TURNED = r"claude-(?:(?!3)(\d+(?:-\d+)?)-([a-z]+)|([a-z]+)-(3(?:-\d+)?))"
"""Claude 4 and later with the number first, as in OpenRouter's ids, or Claude 3 with it last."""

FREE = ":free"
"""How OpenRouter marks what it serves for nothing; its catalog lists these at zero."""


def folded(model: str) -> str:
    """Return an id as tables key it: lower case, dots as hyphens."""
    return model.strip().lower().replace(".", "-")


def canonical(model: str) -> tuple[str, ...]:
    """Return the folded ids to look a model up by, the most exact first.

    Vendor prefixes and suffixes that name a place, a date or a mode are taken off one
    by one, and a Claude model is also looked for with its number and family the other way
    round; nothing else is ever cut, so `claude-opus-4` is never found for
    `claude-opus-4-8`. Empty for an empty id.
    """
    ids: dict[str, None] = {}
    name = model.strip().lower()
    while name:
        for bare in map(folded, _without_vendors(name)):
            ids[bare] = None
            ids[_turned(bare)] = None
        shorter = name
        if any(sign in name for sign in _SUFFIX_SIGNS):
            shorter = re.sub(_SUFFIX, "", name)
        if shorter == name and _CLAUDE in name and ":" in name:
            shorter = re.sub(_CLAUDE_SUFFIX, "", name)
        if shorter == name:
            break
        name = shorter
    return tuple(ids)


def _turned(name: str) -> str:
    """Return `claude-sonnet-4-6` for `claude-4-6-sonnet`, `claude-3-opus` for `claude-opus-3`."""
    may_be_turned = name.startswith(_CLAUDE) and (
        name[len(_CLAUDE) :][:1].isdecimal() or "-3" in name
    )
    turned = re.fullmatch(_TURNED, name) if may_be_turned else None
    if turned is None:
        return name
    return f"{_CLAUDE}{turned[2] or turned[4]}-{turned[1] or turned[3]}"


def vendorless(model: str) -> str:
    """Return a folded id after all its vendor prefixes."""
    return folded(_without_vendors(model.strip().lower())[-1])


def _without_vendors(name: str) -> list[str]:
    """Return the id and what is left of it after each vendor prefix."""
    names = [name]
    if "/" not in name and "." not in name:
        return names
    while (vendor := re.match(_VENDOR, name)) and vendor.end() < len(name):
        name = name[vendor.end() :]
        names.append(name)
    return names
