"""The ground everything stands on: registration, money, time, outbox, health, the running process."""
