{# It is done. Context: record, url. For the customer. #}
{% load i18n %}{% blocktranslate with title=record.title trimmed %}What you asked for is done: {{ title }}{% endblocktranslate %}

{{ url }}
