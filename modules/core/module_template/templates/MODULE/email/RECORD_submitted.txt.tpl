{# Something was submitted. Context: record, url. For clerks. #}
{% load i18n %}{% blocktranslate with customer=record.customer title=record.title trimmed %}{{ customer }} asks for: {{ title }}{% endblocktranslate %}

{{ url }}
