from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("films", "0005_old_stock_and_orders"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["name"], name="films_order_name"),
        ),
    ]
