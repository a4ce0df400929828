"""What providers of models tell of one's accounts, and how they are asked."""

from __future__ import annotations

from tui.help.blocks import Code, Page, Terms, paragraphs


def providers() -> Page:
    """Return the page on providers, their keys and settings."""
    return (*_what_is_asked(), *_keys(), *_answers(), *_settings())


def _what_is_asked() -> Page:
    return (
        *paragraphs(
            "Beside what this machine saw, ccmon shows what providers bill and allow: spend,"
            " tokens, balances and limits, as far as they tell them. Nobody is asked before you"
            " enable a provider, and nothing but these figures is asked for. A key goes to the"
            " provider's own address alone, over https; redirects are not followed."
        ),
        Terms(
            (
                ("ccmon providers list", "what each tells, and which keys are found"),
                ("ccmon providers set openai", "keep a key for ccmon, and enable OpenAI"),
                ("ccmon providers enable anthropic", "use the environment's key"),
                ("ccmon providers", "what the enabled ones say"),
            )
        ),
    )


def _keys() -> Page:
    from engine.providers.registry import providers as all_providers

    return (
        *paragraphs(
            "A key that was set goes before one of the environment; of the variables of a provider"
            " the first that is there holds, and NAME_FILE may name a file with it. Which key is"
            " needed:"
        ),
        Terms(
            tuple(
                (each.id, f"{', '.join(each.variables)}. {each.key_help}")
                for each in all_providers()
            )
        ),
    )


def _answers() -> Page:
    return paragraphs(
        "Answers are kept for their owner alone and hold for five minutes (cache-ttl, in"
        " seconds). A provider that fails is asked again later and later, half an hour at"
        " most, or when it says; until then its last good answer is shown with its age. A key"
        " that is refused is not tried again until it is set anew or refresh is asked for."
        "\n\nDays and months are UTC days, as providers count them. What is not told is null"
        " in JSON and - on pages, and the reason stands beside it. Currencies are never added"
        " together."
    )


def _settings() -> Page:
    from engine.providers.registry import providers as all_providers

    return (
        *paragraphs(
            "Settings stand in the configuration, in a table for each provider; keys do not:"
        ),
        Code(
            (
                "[providers]",
                "cache-ttl = 300",
                "",
                "[providers.xai]",
                "enabled = true",
                'team = "the team\'s id"',
            )
        ),
        Terms(
            (
                ("enabled", "true or false, in place of ccmon providers enable"),
                ("base-url", "another address for the same interface, such as a proxy of yours"),
                *(
                    (f"{each.id} {option.name}", option.meaning)
                    for each in all_providers()
                    for option in each.options
                ),
            )
        ),
    )
