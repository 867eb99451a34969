"""The house's colours as plain hex, for SVG that stands outside of our pages. A test holds them to tokens.css."""

FONT = "-apple-system, BlinkMacSystemFont, 'Segoe UI', Roboto, Inter, 'Noto Sans', 'Liberation Sans', sans-serif"

LIGHT = {
    "page": "#fcf9fa",
    "surface": "#ffffff",
    "text": "#271a1c",
    "quiet": "#6b5c5e",
    "line": "#e7e1e2",
    "edge": "#8e8384",
    "accent": "#8b235b",
    "neutral": "#5c4f50",
    "neutral-soft": "#f1ebec",
    "info": "#1d5494",
    "info-soft": "#e4f0ff",
    "success": "#116138",
    "success-soft": "#dbf7e4",
    "warning": "#7d4d09",
    "warning-soft": "#fef0cd",
    "danger": "#a91d1d",
    "danger-soft": "#ffebe9",
}
DARK = {
    "page": "#120d0d",
    "surface": "#1b1516",
    "text": "#f1ebec",
    "quiet": "#b2a6a7",
    "line": "#322a2b",
    "edge": "#7d7172",
    "accent": "#ec90b9",
    "neutral": "#c6babb",
    "neutral-soft": "#302829",
    "info": "#9dc7fe",
    "info-soft": "#172b43",
    "success": "#87dea6",
    "success-soft": "#142e1e",
    "warning": "#f3c672",
    "warning-soft": "#37270d",
    "danger": "#ffa098",
    "danger-soft": "#441c1a",
}
TONES = ("neutral", "info", "success", "warning", "danger")


def standalone_style() -> str:
    """A style element for a file of its own: the dark colours. The light ones stand in the marks' attributes."""
    rules = [
        f"svg{{background:{DARK['page']}}}",
        f".wire{{stroke:{DARK['edge']}}}.wire-head,.wire-start{{fill:{DARK['edge']}}}",
        f".wire.is-taken,.box-here{{stroke:{DARK['accent']}}}.wire-head.is-taken{{fill:{DARK['accent']}}}",
        f".box,.wire-label{{fill:{DARK['text']}}}.note{{fill:{DARK['quiet']}}}.wire-label{{color:{DARK['quiet']}}}",
    ]
    for tone in TONES:
        rules.append(f".tone-{tone}{{color:{DARK[tone]}}}.tone-{tone} .box-ring{{stroke:{DARK[tone]}}}")
        rules.append(f".tone-{tone} .box-frame{{fill:{DARK[f'{tone}-soft']};stroke:{DARK[tone]}}}")
    light = f"svg{{background:{LIGHT['page']}}}"
    return f"<style>{light}@media (prefers-color-scheme:dark){{{''.join(rules)}}}</style>"
