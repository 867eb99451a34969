"""What the ORM cannot say: entries sum to zero for each transaction and currency, and the books are append-only."""

from django.db import migrations

APPEND_ONLY = ["billing_transaction", "billing_entry"]

SQLITE = [
    # The sum of a transaction is a foreign key to a table that holds only 0: checked at commit, refused otherwise.
    "CREATE TABLE billing_zero (amount bigint NOT NULL PRIMARY KEY CHECK (amount = 0))",
    "INSERT INTO billing_zero (amount) VALUES (0)",
    """
    CREATE TABLE billing_open_sum (
        transaction_id bigint NOT NULL,
        currency varchar(3) NOT NULL,
        amount bigint NOT NULL REFERENCES billing_zero (amount) DEFERRABLE INITIALLY DEFERRED,
        PRIMARY KEY (transaction_id, currency)
    )
    """,
    """
    CREATE TRIGGER billing_entry_sums_to_zero AFTER INSERT ON billing_entry
    BEGIN
        INSERT INTO billing_open_sum (transaction_id, currency, amount)
            VALUES (NEW.transaction_id, NEW.currency, NEW.amount)
            ON CONFLICT (transaction_id, currency) DO UPDATE SET amount = amount + excluded.amount;
        DELETE FROM billing_open_sum
            WHERE transaction_id = NEW.transaction_id AND currency = NEW.currency AND amount = 0;
    END
    """,
    """
    CREATE TRIGGER billing_entry_in_currency_of_account BEFORE INSERT ON billing_entry
    BEGIN
        SELECT RAISE(ABORT, 'billing_entry_in_currency_of_account')
        WHERE NOT EXISTS (SELECT 1 FROM billing_account WHERE id = NEW.account_id AND currency = NEW.currency);
    END
    """,
    *[
        f"""
        CREATE TRIGGER {table}_refuse_{verb} BEFORE {verb.upper()} ON {table}
        BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END
        """
        for table in APPEND_ONLY
        for verb in ("update", "delete")
    ],
]
SQLITE_BACK = [
    *[f"DROP TRIGGER IF EXISTS {table}_refuse_{verb}" for table in APPEND_ONLY for verb in ("update", "delete")],
    "DROP TRIGGER IF EXISTS billing_entry_in_currency_of_account",
    "DROP TRIGGER IF EXISTS billing_entry_sums_to_zero",
    "DROP TABLE IF EXISTS billing_open_sum",
    "DROP TABLE IF EXISTS billing_zero",
]

POSTGRESQL = [
    """
    CREATE FUNCTION billing_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
    END $$
    """,
    """
    CREATE FUNCTION billing_entry_sum_check() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF (SELECT sum(amount) FROM billing_entry
            WHERE transaction_id = NEW.transaction_id AND currency = NEW.currency) <> 0 THEN
            RAISE EXCEPTION 'billing_entry_sums_to_zero' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NULL;
    END $$
    """,
    """
    CREATE FUNCTION billing_entry_currency_check() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NOT EXISTS (SELECT 1 FROM billing_account WHERE id = NEW.account_id AND currency = NEW.currency) THEN
            RAISE EXCEPTION 'billing_entry_in_currency_of_account'
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END $$
    """,
    """
    CREATE CONSTRAINT TRIGGER billing_entry_sums_to_zero AFTER INSERT ON billing_entry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION billing_entry_sum_check()
    """,
    """
    CREATE TRIGGER billing_entry_in_currency_of_account BEFORE INSERT ON billing_entry
    FOR EACH ROW EXECUTE FUNCTION billing_entry_currency_check()
    """,
    *[
        f"""
        CREATE TRIGGER {table}_refuse_{verb} BEFORE {verb.upper()} ON {table}
        FOR EACH ROW EXECUTE FUNCTION billing_refuse_change()
        """
        for table in APPEND_ONLY
        for verb in ("update", "delete")
    ],
]
POSTGRESQL_BACK = [
    *[
        f"DROP TRIGGER IF EXISTS {table}_refuse_{verb} ON {table}"
        for table in APPEND_ONLY
        for verb in ("update", "delete")
    ],
    "DROP TRIGGER IF EXISTS billing_entry_in_currency_of_account ON billing_entry",
    "DROP TRIGGER IF EXISTS billing_entry_sums_to_zero ON billing_entry",
    "DROP FUNCTION IF EXISTS billing_entry_currency_check()",
    "DROP FUNCTION IF EXISTS billing_entry_sum_check()",
    "DROP FUNCTION IF EXISTS billing_refuse_change()",
]


def install(apps, schema_editor):
    for statement in SQLITE if schema_editor.connection.vendor == "sqlite" else POSTGRESQL:
        schema_editor.execute(statement, params=None)


def remove(apps, schema_editor):
    for statement in SQLITE_BACK if schema_editor.connection.vendor == "sqlite" else POSTGRESQL_BACK:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("billing", "0001_ledger")]

    operations = [migrations.RunPython(install, remove)]
