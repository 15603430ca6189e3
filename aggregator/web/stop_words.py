"""What the page behind a recipient's own link says, in the languages of mails."""

from collections.abc import Mapping

STOP_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "language": "en",
        "head": "Mails about your hubs",
        "all": "all hubs",
        "running": "You get the regular mails about {title}.",
        "paused": "The mails about {title} are paused until {until}.",
        "stopped": "You do not get the mails about {title} any more.",
        "stop": "Stop them",
        "pause": "Pause them for four weeks",
        "resume": "Get them again",
        "others": "Others who get them are not concerned.",
    },
    "pt": {
        "language": "pt",
        "head": "Mensagens sobre os seus hubs",
        "all": "todos os hubs",
        "running": "Recebe as mensagens regulares sobre {title}.",
        "paused": "As mensagens sobre {title} estão suspensas até {until}.",
        "stopped": "Já não recebe as mensagens sobre {title}.",
        "stop": "Deixar de as receber",
        "pause": "Suspender durante quatro semanas",
        "resume": "Voltar a recebê-las",
        "others": "As outras pessoas que as recebem não são afetadas.",
    },
}
