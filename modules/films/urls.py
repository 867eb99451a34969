"""Addresses of the film shop."""

from django.contrib import admin
from django.urls import path

from modules.films.views import basket, catalogue, checkout, library, picklist

app_name = "films"

urlpatterns = [
    path("", catalogue.home, name="home"),
    path("films/", catalogue.film_list, name="film_list"),
    path("films/<slug:slug>/", catalogue.film_detail, name="film_detail"),
    path("basket/", basket.basket_detail, name="basket_detail"),
    path("basket/add/", basket.basket_add, name="basket_add"),
    path("basket/confirm/", basket.basket_confirm, name="basket_confirm"),
    path("basket/<str:sku>/", basket.basket_change, name="basket_change"),
    path("checkout/", checkout.checkout, name="checkout"),
    path("orders/<str:number>/pay/", checkout.order_pay, name="order_pay"),
    path("library/", library.library, name="library"),
    path("console/films/picklist/", admin.site.admin_view(picklist.picklist), name="picklist"),
]
