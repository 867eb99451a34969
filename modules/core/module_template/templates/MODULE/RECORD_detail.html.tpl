{% extends "portal/record_detail.html" %}
{% comment %}
One record of the customer who looks. All of it comes from pages.py; blocks to fill: needed, items, aside_more.
Context: what portal/record_detail.html has.
{% endcomment %}
{% load elements i18n %}
{% block aside_more %}
{% url "${module}:${record}_new" as new %}<p>{% element "link_button" label=_("Ask for something") url=new icon="plus" %}</p>
{% endblock %}
