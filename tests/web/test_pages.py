"""The pages about the site itself."""


def test_the_front_door_speaks_the_visitors_language(client):
    answer = client.get("/", headers={"Accept-Language": "fr-CA, en;q=0.5"})
    assert answer.status_code == 302
    assert answer.location == "/fr/"
    assert "Accept-Language" in answer.vary


def test_an_empty_site_has_a_home_page(client):
    assert client.get("/es/").status_code == 200
