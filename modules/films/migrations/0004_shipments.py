"""Shipments, what became of each order line, and what stock costs."""

import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

import modules.core.fields
import modules.workflow.fields


class Migration(migrations.Migration):
    dependencies = [
        ("films", "0003_orders"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Shipment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("revision", models.PositiveIntegerField(default=1, editable=False, verbose_name="revision")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created")),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="updated")),
                (
                    "state",
                    modules.workflow.fields.StateField(blank=True, editable=False, max_length=60, verbose_name="state"),
                ),
                ("state_since", models.DateTimeField(editable=False, null=True, verbose_name="in this state since")),
                (
                    "workflow_version",
                    models.PositiveIntegerField(default=1, editable=False, verbose_name="workflow version"),
                ),
                ("number", models.CharField(max_length=16, unique=True, verbose_name="number")),
                ("position", models.PositiveSmallIntegerField(verbose_name="position")),
                (
                    "carrier",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("correos", "Correos"),
                            ("seur", "SEUR"),
                            ("mrw", "MRW"),
                            ("dhl", "DHL"),
                            ("ups", "UPS"),
                            ("gls", "GLS"),
                            ("pickup", "Collected in the shop"),
                            ("other", "Another carrier"),
                        ],
                        default="",
                        max_length=12,
                        verbose_name="carrier",
                    ),
                ),
                (
                    "tracking_number",
                    models.CharField(blank=True, default="", max_length=60, verbose_name="tracking number"),
                ),
                ("tracking_url", models.URLField(blank=True, default="", max_length=300, verbose_name="tracking link")),
                ("opened_at", models.DateTimeField(verbose_name="opened")),
                ("due_at", models.DateTimeField(verbose_name="due")),
                ("picked_at", models.DateTimeField(blank=True, null=True, verbose_name="packed")),
                ("shipped_at", models.DateTimeField(blank=True, null=True, verbose_name="shipped")),
                ("delivered_at", models.DateTimeField(blank=True, null=True, verbose_name="delivered")),
            ],
            options={
                "verbose_name": "shipment",
                "verbose_name_plural": "shipments",
            },
        ),
        migrations.CreateModel(
            name="ShipmentLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("quantity", models.PositiveSmallIntegerField(verbose_name="quantity")),
                ("picked", models.PositiveSmallIntegerField(default=0, verbose_name="packed")),
            ],
            options={
                "verbose_name": "shipment line",
                "verbose_name_plural": "shipment lines",
            },
        ),
        migrations.RemoveConstraint(
            model_name="order",
            name="films_order_state_known",
        ),
        migrations.AddField(
            model_name="order",
            name="note",
            field=models.TextField(
                blank=True, default="", help_text="For staff: the customer does not see it.", verbose_name="note"
            ),
        ),
        migrations.AddField(
            model_name="orderline",
            name="cancelled",
            field=models.PositiveSmallIntegerField(default=0, verbose_name="cancelled"),
        ),
        migrations.AddField(
            model_name="orderline",
            name="shipped",
            field=models.PositiveSmallIntegerField(default=0, verbose_name="shipped"),
        ),
        migrations.AddField(
            model_name="stocklevel",
            name="value",
            field=modules.core.fields.MoneyField(
                default=0, help_text="What the copies on hand cost, at their average.", verbose_name="value"
            ),
        ),
        migrations.AddField(
            model_name="stockmovement",
            name="value",
            field=modules.core.fields.MoneyField(default=0, verbose_name="value"),
        ),
        migrations.AddIndex(
            model_name="stocklevel",
            index=models.Index(
                condition=models.Q(("reorder_point__gt", 0)), fields=["reorder_point"], name="films_stocklevel_watched"
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            "awaiting_payment",
                            "expired",
                            "paid",
                            "partly_shipped",
                            "shipped",
                            "delivered",
                            "closed",
                            "cancelled",
                            "lapsed",
                        ],
                    )
                ),
                name="films_order_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="orderline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "quantity__gte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("shipped"), "+", models.F("cancelled")
                        ),
                    )
                ),
                name="films_orderline_never_more_than_ordered",
            ),
        ),
        migrations.AddConstraint(
            model_name="stocklevel",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("on_hand__gt", 0), ("value__gte", 0)), ("value", 0), _connector="OR"),
                name="films_stocklevel_value_of_copies",
            ),
        ),
        migrations.AddField(
            model_name="shipment",
            name="location",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="shipments",
                to="films.location",
                verbose_name="location",
            ),
        ),
        migrations.AddField(
            model_name="shipment",
            name="order",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="shipments",
                to="films.order",
                verbose_name="order",
            ),
        ),
        migrations.AddField(
            model_name="shipmentline",
            name="order_line",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="shipment_lines",
                to="films.orderline",
                verbose_name="order line",
            ),
        ),
        migrations.AddField(
            model_name="shipmentline",
            name="shipment",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="lines",
                to="films.shipment",
                verbose_name="shipment",
            ),
        ),
        migrations.AddIndex(
            model_name="shipment",
            index=models.Index(fields=["-opened_at", "-id"], name="films_shipment_newest"),
        ),
        migrations.AddIndex(
            model_name="shipment",
            index=models.Index(fields=["state", "due_at", "id"], name="films_shipment_by_state"),
        ),
        migrations.AddIndex(
            model_name="shipment",
            index=models.Index(fields=["location", "state", "due_at", "id"], name="films_shipment_by_place"),
        ),
        migrations.AddIndex(
            model_name="shipment",
            index=models.Index(
                condition=models.Q(("tracking_number", ""), _negated=True),
                fields=["tracking_number"],
                name="films_shipment_tracking",
            ),
        ),
        migrations.AddConstraint(
            model_name="shipment",
            constraint=models.UniqueConstraint(fields=("order", "position"), name="films_shipment_position_once"),
        ),
        migrations.AddConstraint(
            model_name="shipment",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["open", "stuck", "picked", "shipped", "delivered", "cancelled"])),
                name="films_shipment_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="shipment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("carrier", ""),
                    ("carrier__in", ["correos", "seur", "mrw", "dhl", "ups", "gls", "pickup", "other"]),
                    _connector="OR",
                ),
                name="films_shipment_carrier_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="shipment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("tracking_number", ""), ("tracking_url", "")),
                    models.Q(("carrier", ""), _negated=True),
                    _connector="OR",
                ),
                name="films_shipment_tracking_has_carrier",
            ),
        ),
        migrations.AddConstraint(
            model_name="shipmentline",
            constraint=models.UniqueConstraint(fields=("shipment", "order_line"), name="films_shipmentline_once"),
        ),
        migrations.AddConstraint(
            model_name="shipmentline",
            constraint=models.CheckConstraint(
                condition=models.Q(("quantity__gte", 1)), name="films_shipmentline_quantity_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="shipmentline",
            constraint=models.CheckConstraint(
                condition=models.Q(("picked__lte", models.F("quantity"))), name="films_shipmentline_picked_of_asked"
            ),
        ),
    ]
