"""A survey page as a person or a machine without scripts sees it: its form read, filled in, sent."""
import html.parser
import itertools
import time
import urllib.parse

numbers = itertools.count(1)
PERSON_WAIT_S = 1.7  # a quick one
ANSWERS = {"understood": "yes", "csat": "4", "nps": "9"}


class Page(html.parser.HTMLParser):
    def __init__(self, response):
        super().__init__()
        self.response = response
        self.action = None
        self.fields = {}       # what a browser would send as it stands
        self.hidden = {}
        self.radios = {}       # name -> [values]
        self.boxes = {}        # the same of boxes to tick, of which fields has the ticked ones
        self.textareas = []
        self.required = set()
        self.links = []
        self.title = ""
        self.text = ""
        self.root = {}
        self.elements = []     # (tag, attributes)
        self._inside = None
        self.feed(response.text)
        for name in self.textareas:  # the line break right after the tag is not part of it
            self.fields[name] = self.fields[name].removeprefix("\n")

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.elements.append((tag, attributes))
        self._inside = tag
        if tag == "html":
            self.root = attributes
        if tag == "form":
            self.action = attributes["action"]
        if tag == "a":
            self.links.append(attributes["href"])
        if tag == "textarea":
            self._inside, self._textarea = tag, attributes["name"]
            self.fields[attributes["name"]] = ""
            self.textareas.append(attributes["name"])
        if tag == "input":
            self._handle_input(attributes)

    def _handle_input(self, attributes):
        name, kind = attributes["name"], attributes.get("type", "text")
        if kind == "radio":
            self.radios.setdefault(name, []).append(attributes["value"])
            if "checked" in attributes:
                self.fields[name] = attributes["value"]
        elif kind == "checkbox":
            self.boxes.setdefault(name, []).append(attributes["value"])
            if "checked" in attributes:
                self.fields.setdefault(name, []).append(attributes["value"])
        elif kind == "hidden" and name in self.hidden:  # one of several choices
            self.fields[name] = [*([self.fields[name]] if isinstance(self.fields[name], str) else self.fields[name]),
                                 attributes["value"]]
        else:
            self.fields[name] = attributes.get("value", "")
            if kind == "hidden":
                self.hidden[name] = self.fields[name]
        if "required" in attributes:
            self.required.add(name)

    def handle_endtag(self, tag):
        self._inside = None

    def handle_data(self, data):
        if self._inside == "title":
            self.title += data
        elif self._inside == "textarea":
            self.fields[self._textarea] += data
        if self._inside not in ("style", "title"):
            self.text += data

    @property
    def status(self):
        return self.response.status_code

    @property
    def nonce(self):
        return self.hidden["nonce"]


def invite(service, survey="understood", **contact):
    """The path of a new survey link, and the invitation as the API answered it."""
    contact.setdefault("ref", f"contact {next(numbers)}")
    made = service.post("/v1/invitations", key="write", json={"survey": survey, "contact": contact})
    assert made.status_code == 201, made.text
    return urllib.parse.urlsplit(made.json()["url"]).path, made.json()


def open_page(service, path, **headers):
    return Page(service.get(path, headers={name.replace("_", "-"): value
                                           for name, value in headers.items()}))


def send(service, page, headers=None, **changes):
    """Sends the page's form as a browser does, with changes; None leaves a field out."""
    fields = {**page.fields, **changes}
    fields = {name: value for name, value in fields.items() if value is not None}
    answered = service.post(page.action, data=fields, headers=headers or {})
    return Page(answered)


def answer_as_person(service, path, wait_s=PERSON_WAIT_S, headers=None, **changes):
    """Opens the link, thinks, fills in every rating that is empty, sends."""
    page = open_page(service, path, **(headers or {}))
    assert page.status == 200, page.response.text
    time.sleep(wait_s)
    empty = {name: value for name, value in ANSWERS.items()
             if name in page.radios and name not in page.fields}
    return send(service, page, headers=headers, **{**empty, **changes})


def counted(service, survey="understood", **filters):
    """n and provisional of a survey."""
    query = urllib.parse.urlencode({"survey": survey, "interval": "all", **filters})
    total = service.get(f"/v1/metrics?{query}", key="read").json()["total"]
    return total["n"], total["provisional"]
