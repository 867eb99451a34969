{% extends "base.html" %}
{% comment %}
Asking for something new. For a customer: say what it is, then submit it on its own page.
Context: form.
{% endcomment %}
{% load elements i18n %}
{% block title %}{% translate "Ask for something" %} – {{ business_name }}{% endblock %}
{% block main %}
{% translate "Ask for something" as title %}{% translate "It stays a draft until you submit it on the next page." as lead %}
{% element "page_head" title=title lead=lead %}
{% url "${module}:${record}_new" as here %}
{% wrap "form" form=form url=here %}
  {% form_fields form %}
  <p class="cluster">{% element "button" label=_("Save the draft") kind="primary" %}</p>
{% endwrap %}
{% endblock %}
