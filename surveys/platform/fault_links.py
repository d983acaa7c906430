"""The links of an error summary: each says which field it leads to, so that no two of them read alike."""


def naming(message: str, label: str) -> str:
    """The message with the field's label before it, unless the message has the label's words already.

    «Tittel på bokmål: Skriv en tittel.» What a label says in brackets is help, and is left out.
    """
    name = label.partition(" (")[0].strip()
    if name.casefold() in message.casefold():
        return message
    return f"{name} {message}" if name.endswith("?") else f"{name}: {message}"
