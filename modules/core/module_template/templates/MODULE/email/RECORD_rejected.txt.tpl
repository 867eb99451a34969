{# It was rejected. Context: record, url. For the customer. #}
{% load i18n %}{% blocktranslate with title=record.title trimmed %}We are sorry, we cannot do this: {{ title }}. The reason stands on its page.{% endblocktranslate %}

{{ url }}
