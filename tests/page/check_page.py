"""The page of --html in a headless Chromium, as a person uses it. Usage: check_page.py BUILD_DIR

The stand-in plays the organisations; the pages are made by the built program. What is tested is
what the page does: a click, a key, a link. Nothing waits for a time: it waits until something is so.
"""

import base64
import gzip
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest
import urllib.parse

import estate
from axe_selenium_python import Axe
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

ESTATE = ["--workbooks", "40", "--datamodels", "8", "--datasets", "5", "--files", "30", "--members", "9",
          "--tables", "25"]


class PageTest(unittest.TestCase):
    """One browser, one estate with strange names and gaps, and a few others."""

    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp())
        cls.browser = estate.browser()
        cls.estate = cls.make("plain", ["--no-odd", *ESTATE, "--fault", "call=elements,object=2,do=status:404",
                                          "--fault", "call=workbook_sources,object=4,do=status:403"], runs=2)

    @classmethod
    def tearDownClass(cls):
        cls.browser.quit()
        shutil.rmtree(cls.folder)

    @classmethod
    def make(cls, name, sim, **how):
        folder = cls.folder / name
        folder.mkdir()
        return estate.Estate(folder, sim, **how)

    # ---- helpers ----

    def open(self, other=None, fragment=""):
        self.browser.get("about:blank")
        self.browser.get((other or self.estate).page.as_uri() + fragment)
        self.until(lambda: not self.all("#state"))

    def until(self, condition):
        WebDriverWait(self.browser, 120, 0.05, [StaleElementReferenceException]).until(lambda _: condition())

    def all(self, selector):
        return self.browser.find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector):
        return self.browser.find_element(By.CSS_SELECTOR, selector)

    def text(self, selector):
        return self.one(selector).text

    @staticmethod
    def data_of(one):
        packed = one.page.read_text().split('id="data">')[1].split("<")[0]
        return gzip.decompress(base64.b64decode(packed))

    def find(self, words):
        box = self.one("#find")
        box.clear()
        box.send_keys(words)
        return box

    def tearDown(self):
        told = [line for line in self.browser.get_log("browser") if line["level"] in ("SEVERE", "WARNING")]
        self.assertEqual(told, [], "the console has errors")

    # ---- what it says ----

    def test_answers(self):
        self.open()
        answers = self.text("#answers")
        self.assertIn("complete but for gaps", answers)
        self.assertIn("since the set of", answers)
        self.assertIn("gaps", answers)
        summary = json.loads(next(self.estate.output.glob("*-summary.json")).read_text())
        files = summary["extraction"]["files"]
        rows = {row.find_element(By.TAG_NAME, "th").text: row.find_element(By.TAG_NAME, "td").text
                for row in self.all("#extracted tbody tr")}
        for name, counted in files.items():
            self.assertEqual(rows[name].replace(",", ""), str(counted["records"]))

    def test_run_is_drawn(self):
        self.open()
        self.assertEqual(len(self.all("#run figure svg")), 2)
        for details in self.all("#run figure details"):
            details.find_element(By.TAG_NAME, "summary").click()
            self.until(lambda: details.find_elements(By.CSS_SELECTOR, "tbody tr"))
        calls = int(self.text("#run dl").split("Calls\n")[1].split("\n")[0].replace(",", ""))
        rows = self.all("#run figure:first-of-type tbody tr")
        counted = sum(int(cell.text.replace(",", "")) for row in rows
                      for cell in row.find_elements(By.TAG_NAME, "td")[:2])
        self.assertEqual(counted, calls)

    def test_gaps_say_who_mends_them(self):
        self.open()
        missing = self.text("#missing")
        self.assertIn("HTTP 403", missing)
        self.assertIn("Org Admin", missing)
        self.assertIn("known before", missing)  # the second run had the same
        self.one("#missing details summary").click()
        self.until(lambda: self.all("#missing details tbody tr"))

    # ---- lineage ----

    def test_search_by_keyboard(self):
        self.open()
        box = self.find("workbook 1")
        self.until(lambda: self.all("#found li"))
        first = box.get_attribute("aria-activedescendant")
        box.send_keys(Keys.ARROW_DOWN)
        self.assertNotEqual(box.get_attribute("aria-activedescendant"), first)
        name = self.text("#found li[aria-selected] bdi")
        box.send_keys(Keys.ENTER)
        self.until(lambda: self.all("#walk h3"))
        self.assertEqual(self.text("#walk h3"), name)
        self.assertEqual(self.browser.switch_to.active_element.tag_name, "h3")
        self.assertFalse(self.one("#found").is_displayed())
        self.assertEqual(self.text("#found-count"), "")  # it is of the list, which is closed

    def test_search_by_mouse(self):
        self.open()
        self.find("workbook 1")
        self.until(lambda: self.all("#found li"))
        second = self.all("#found li")[1]
        name = second.find_element(By.TAG_NAME, "bdi").text
        second.click()
        self.until(lambda: self.all("#walk h3") and self.text("#walk h3") == name)

    def test_search_finds_tables_and_columns(self):
        self.open()
        for words, kind in (("table 1", "Table"), ("column 2", "column of")):
            self.find(words)
            self.until(lambda: any(kind in option.text for option in self.all("#found li")))
        self.find("nothing is called like this")
        self.until(lambda: self.text("#found-count") == "0 found")
        self.assertFalse(self.one("#found").is_displayed())

    def walk_to_a_table(self):
        self.find("table 1")
        self.until(lambda: self.all("#found li"))
        self.one("#find").send_keys(Keys.ENTER)
        self.until(lambda: self.all("#walk .side"))

    def test_walk_back_and_deep_link(self):
        self.open()
        self.walk_to_a_table()
        table, address = self.text("#walk h3"), self.browser.current_url
        target = self.one("#walk .side:last-child a.card")
        name = target.find_element(By.CSS_SELECTOR, "bdi").text
        target.click()
        self.until(lambda: self.text("#walk h3") == name)
        self.browser.back()
        self.until(lambda: self.text("#walk h3") == table)
        self.browser.forward()
        self.until(lambda: self.text("#walk h3") == name)
        self.open(fragment=address[address.index("#"):])
        self.assertEqual(self.text("#walk h3"), table)
        self.open(fragment="#o/%ff%broken")
        self.assertTrue(self.one("#overview").is_displayed())

    def test_arrow_keys_move(self):
        self.open()
        self.walk_to_a_table()
        self.browser.switch_to.active_element.send_keys(Keys.ARROW_RIGHT)
        focused = self.browser.switch_to.active_element
        self.assertIn("card", focused.get_attribute("class"))
        focused.send_keys(Keys.ARROW_LEFT)
        self.assertEqual(self.browser.switch_to.active_element.tag_name, "h3")

    def test_what_breaks_agrees_with_the_files(self):
        self.open()
        self.walk_to_a_table()
        path = self.browser.execute_script("return decodeURIComponent(location.hash).slice(9)")
        key = json.loads(path)
        reached = set()
        for kind in ("workbook", "datamodel", "dataset"):
            newest = max(self.estate.output.glob(f"*-{kind}_sources.json"))
            for record in json.loads(newest.read_text()):
                for source in record["sources"]:
                    if source["type"] == "table" and [source["connectionId"], *(source["path"] or [])] == key:
                        reached.add(record["asset_id"])
        shown = {cards.get_attribute("href").split("%3A")[1] for cards in self.all("#walk .side:last-child a.card")}
        self.assertTrue(reached <= shown, reached - shown)

    def test_column_leads_to_its_table(self):
        one = self.make("columns", ["--no-odd", *ESTATE, "--columns", "30"], options=["--with", "field_lineage"])
        records = json.loads(next(one.output.glob("*-field_lineage.json")).read_text())
        record = max(records, key=lambda each: len(each["reaches"]))
        parts = (record["asset"], record["asset_id"], record["element_id"], record["column_id"])
        self.open(one, "#o/" + urllib.parse.quote("column:" + "/".join(parts), safe=""))
        self.assertEqual(self.text("#walk h3"), record["column"])
        self.assertIn(record["formula"], self.text("#walk .middle"))
        for summary in self.all("#walk details:not([open]) summary"):
            summary.click()
        shown = self.text("#walk")
        for reached in record["reaches"]:
            self.assertIn(" / ".join(reached["path"]), shown)
        self.assertIn("Reach a table's column", self.text("#missing"))

    def test_list_and_csv(self):
        self.open()
        self.walk_to_a_table()
        self.browser.execute_script("navigator.clipboard.writeText = (text) => { window.copied = text; }")
        self.one("#walk .copy button").click()
        self.until(lambda: self.browser.execute_script("return window.copied"))
        lines = self.browser.execute_script("return window.copied").splitlines()
        self.assertEqual(lines[0], "Kind,Name,Path,Owner,Id")
        self.assertGreater(len(lines), 1)

    # ---- what the files say that is not in every estate ----

    def by_hand(self, name, **files):
        """A set of these files, and its page, made without a history."""
        folder = self.folder / name
        folder.mkdir()
        counted = {each: {"records": len(records), "bytes": 2} for each, records in files.items()}
        summary = {"extracts_whole_organization": True, "connection_identity": {"host": "aws-us-west"},
                   "extraction": {"files": counted, "gaps": {}}}
        for each, content in {**files, "summary": summary}.items():
            (folder / f"1764321000-{each}.json").write_text(json.dumps(content))
        page = folder / "page.html"
        subprocess.run([estate.build() / "castor-extract-sigma", "--from", folder, "--html", page], check=True,
                       capture_output=True)
        return page

    def column(self, name, reads=(), unresolved=(), element="e1"):
        return {"asset": "workbook", "asset_id": "w1", "element_id": element, "column_id": name, "column": name,
                "formula": f"[X/{name}]", "reads": list(reads), "unresolved": list(unresolved), "reaches": []}

    def open_page(self, page, key):
        self.browser.get("about:blank")
        self.browser.get(page.as_uri() + "#o/" + urllib.parse.quote(key, safe=""))
        self.until(lambda: not self.all("#state"))

    def test_each_kind_of_read(self):
        element = {"asset": "datamodel", "asset_id": "d1", "element_id": "s1"}
        fed = {
            "Old": {"kind": "dataset", "inodeId": "ds1", "name": "Old", "connectionId": None, "column": "A"},
            "Table t9, whose path is not known": {"kind": "table", "inodeId": "t9", "path": None,
                                                  "connectionId": None, "column": "A"},
            "Region (CUST)": {"kind": "column", **element, "column_id": None, "column": "Region (CUST)"},
        }
        columns = [self.column(f"c{i}", [read]) for i, read in enumerate(fed.values())]
        typed = self.column("typed", [{"kind": "input-table", "asset": "workbook", "asset_id": "w1",
                                       "element_id": "e1", "column_id": "typed", "column": "typed"}])
        lost = self.column("lost", unresolved=[{"reference": None, "reason": "pass-through-unknown"}])
        page = self.by_hand(
            "reads", workbooks=[{"workbookId": "w1", "name": "Book"}], field_lineage=[*columns, typed, lost],
            datamodels=[{"dataModelId": "d1", "name": "Model"}], datasets=[{"datasetId": "ds1", "name": "Old"}],
            datamodel_sources=[{"asset_id": "d1", "sources": [{"type": "dataset", "datasetId": "ds1"}]}])
        for i, holder in enumerate(fed):
            self.open_page(page, f"column:workbook/w1/e1/c{i}")
            self.assertIn(holder, self.text("#walk .reached:last-of-type"))
        self.open_page(page, "dataset:ds1")
        self.assertIn("Model", self.text("#walk .side:last-child"))
        self.open_page(page, "column:workbook/w1/e1/typed")
        self.assertIn("typed in", self.text("#walk"))
        self.open_page(page, "column:workbook/w1/e1/lost")
        self.assertIn("pass-through-unknown", self.text("#walk .middle"))
        self.assertNotIn("null", self.text("#walk .middle"))

    def test_column_names_the_documents_that_break(self):
        read = {"kind": "table", "path": ["DB", "ORDERS"], "connectionId": "c1", "column": "AMT"}
        page = self.by_hand(
            "breaks", workbooks=[{"workbookId": "w1", "name": "Book", "ownerId": "m1"}],
            members=[{"memberId": "m1", "firstName": "Ada", "lastName": "Owner"}],
            elements=[{"workbook_id": "w1", "elementId": each, "name": each} for each in ("e1", "e2")],
            field_lineage=[self.column("A", [read], element=each) for each in ("e1", "e2")])
        self.open_page(page, 'column:table:["c1","DB","ORDERS"].AMT')
        breaks = self.text("#walk .reached")
        self.assertIn("2 columns", breaks)
        self.assertIn("of 1 workbook", breaks)
        self.assertIn("Ada Owner", breaks)  # a short list is open

    def test_who_mends_is_what_the_run_found(self):
        """A kind that Sigma refuses for good has no status of its own, and another run is no help."""
        one = self.make("refused", ["--no-odd", *ESTATE, "--fault", "call=workbook_queries,do=status:400",
                                    "--fault", "call=workbook_pages,object=1,do=cut"],
                        options=["--with", "workbook_queries,workbook_pages", "--retries", "0"])
        self.open(one)
        groups = {group.find_element(By.TAG_NAME, "h3").text: group for group in self.all("#missing article")}
        refused = next(group for title, group in groups.items() if "none of 40" in title)
        self.assertNotIn("run it again", refused.text)
        refused.find_element(By.TAG_NAME, "summary").click()
        self.until(lambda: "all of them" in refused.text)
        title, cut = next((title, group) for title, group in groups.items() if "workbook_pages" in title)
        self.assertNotIn("GET", title)
        self.assertIn("run it again", cut.text)
        paged = self.make("paged", ["--no-odd", *ESTATE, "--fault", "call=page_elements,object=1,page=1,do=status:404"],
                          options=["--with", "workbook_pages"])
        self.open(paged)
        for summary in self.all("#missing details summary"):
            summary.click()
        # a page of a workbook leads to the workbook
        self.until(lambda: self.one("#missing").find_elements(By.XPATH, ".//tr[contains(., '/pg')]//a"))

    def test_gap_leads_to_its_object(self):
        self.open()
        self.one("#missing").find_element(By.XPATH, ".//h3[contains(., 'workbook_sources')]/..//summary").click()
        self.until(lambda: self.all("#missing details[open] tbody a"))
        link = self.one("#missing details[open] tbody a")
        name = link.text
        link.click()
        self.until(lambda: self.all("#walk h3") and self.text("#walk h3") == name)

    def test_gap_of_a_table_says_whose_it_is(self):
        self.open()
        gaps = [gap for gap in json.loads(self.data_of(self.estate))["gaps"] if gap[0] == "path"]
        self.assertTrue(gaps)
        for summary in self.all("#missing details summary"):
            summary.click()
        self.until(lambda: "a table of " + gaps[0][4]["used_by"] in self.text("#missing"))

    def test_plots_can_be_read(self):
        for width in (360, 1400):
            self.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                                         {"width": width, "height": 740, "deviceScaleFactor": 1, "mobile": False})
            try:
                self.open()
                heights = self.browser.execute_script(
                    "return [...document.querySelectorAll('#run svg text')].map((t) => t.getBoundingClientRect().height)")
                self.assertGreaterEqual(min(heights), 11)
            finally:
                self.browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})

    def test_arrow_keys_scroll_where_they_can_not_move(self):
        self.open()
        self.walk_to_a_table()
        self.browser.execute_script("""
            window.stopped = null;
            addEventListener("keydown", (event) => { window.stopped = event.defaultPrevented; });""")
        self.browser.switch_to.active_element.send_keys(Keys.ARROW_UP)
        self.until(lambda: self.browser.execute_script("return window.stopped") is not None)
        self.assertFalse(self.browser.execute_script("return window.stopped"))

    def test_without_history(self):
        """What the page can't list any more, it does not promise."""
        folder = self.folder / "forgotten"
        shutil.copytree(self.estate.output, folder, ignore=shutil.ignore_patterns(".sigmacat"))
        page = folder / "page.html"
        subprocess.run([estate.build() / "castor-extract-sigma", "--from", folder, "--html", page], check=True,
                       capture_output=True)
        self.open_page(page, "")
        self.assertNotIn("listed below", self.text("#answers"))
        self.assertNotIn("who can mend", self.text("#answers"))
        self.assertIn("not kept", self.text("#run"))
        rows = {row.find_element(By.TAG_NAME, "th").text for row in self.all("#missing tbody tr")}
        self.assertLessEqual({"elements", "workbook_sources"}, rows)

    # ---- hostile, empty, partial ----

    def test_strange_names(self):
        strange = self.make("strange", ESTATE)
        self.open(strange)
        count = len(json.loads(next(strange.output.glob("*-workbooks.json")).read_text()))
        nodes = self.browser.execute_script("return document.querySelectorAll('#overview tbody tr').length")
        self.assertGreater(nodes, 0)
        self.find("workbook")
        self.until(lambda: self.all("#found li"))
        self.assertGreaterEqual(int(self.text("#found-count").split()[0].replace(",", "")), count)

    def test_names_are_text(self):
        files = sorted(self.estate.output.glob("*-workbooks.json"))
        records = json.loads(files[-1].read_text())
        evil = "<script>window.hacked = 1</script><img src=x onerror='window.hacked = 1'>"
        records[0].update(name=evil, path=evil, url="javascript:window.hacked = 1")
        folder = self.folder / "hostile"
        folder.mkdir()
        for file in self.estate.output.glob(files[-1].name.split("-")[0] + "-*"):
            shutil.copy(file, folder)
        (folder / files[-1].name).write_text(json.dumps(records))
        page = folder / "page.html"
        subprocess.run([estate.build() / "castor-extract-sigma", "--from", folder, "--html", page], check=True,
                       capture_output=True)
        self.browser.get(page.as_uri())
        self.until(lambda: not self.all("#state"))
        self.find("<script>")
        self.until(lambda: self.all("#found li"))
        self.one("#find").send_keys(Keys.ENTER)
        self.until(lambda: self.all("#walk h3"))
        self.assertIn("<script>", self.text("#walk h3"))
        self.assertEqual([a for a in self.all("a[href^='javascript']")], [])
        self.assertIsNone(self.browser.execute_script("return window.hacked || null"))

    def test_empty(self):
        nothing = [option if not option.isdigit() else "0" for option in ESTATE]
        self.open(self.make("empty", [*nothing, "--connections", "0"]))
        self.assertIn("complete", self.text("#answers"))
        self.assertIn("none", self.text("#overview"))
        self.find("a")
        self.until(lambda: self.text("#found-count") == "0 found")

    def test_partial(self):
        self.open(self.make("partial", ESTATE, options=["--only", "workbooks,members"]))
        self.assertIn("partial", self.text("#answers"))

    def test_emails_are_asked_for(self):
        self.assertNotIn(b"@sim.example", self.data_of(self.estate))
        told = self.make("emails", ESTATE, options=["--html-with-emails"])
        self.assertIn(b"@sim.example", self.data_of(told))

    # ---- for everybody ----

    def test_phone(self):
        self.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                                     {"width": 360, "height": 740, "deviceScaleFactor": 2, "mobile": True})
        try:
            self.open()
            self.walk_to_a_table()
            wide = self.browser.execute_script("return document.documentElement.scrollWidth")
            self.assertLessEqual(wide, 360)
        finally:
            self.browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})

    def test_print(self):
        self.open()
        pdf = self.browser.execute_cdp_cmd("Page.printToPDF", {})["data"]
        self.assertEqual(base64.b64decode(pdf)[:5], b"%PDF-")
        closed = [one for one in self.all("details") if not one.get_attribute("open")]
        self.assertEqual(closed, [])
        dark = [{"name": "prefers-color-scheme", "value": "dark"}]
        self.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print", "features": dark})
        try:
            style = self.browser.execute_script("return getComputedStyle(document.body).backgroundColor")
            self.assertEqual(style, "rgb(255, 255, 255)")  # paper is
        finally:
            self.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": []})

    def test_axe(self):
        for scheme in ("light", "dark"):
            self.browser.execute_cdp_cmd("Emulation.setEmulatedMedia",
                                         {"features": [{"name": "prefers-color-scheme", "value": scheme}]})
            self.open()
            self.walk_to_a_table()
            axe = Axe(self.browser)
            axe.inject()
            found = [one for one in axe.run()["violations"] if one["impact"] in ("serious", "critical")]
            self.assertEqual([(one["id"], one["nodes"][0]["html"]) for one in found], [])

    def test_policy(self):
        """Nothing but the page's own: a script that is put into it does not run."""
        self.open()
        policy = self.one("meta[http-equiv]").get_attribute("content")
        self.assertIn("default-src 'none'", policy)
        self.browser.execute_script("""
            const script = document.createElement("script");
            script.textContent = "window.injected = 1";
            document.body.append(script);""")
        self.assertIsNone(self.browser.execute_script("return window.injected || null"))
        self.browser.get_log("browser")  # the refusal


if __name__ == "__main__":
    estate.BUILD.append(pathlib.Path(sys.argv.pop(1)).resolve())
    unittest.main(verbosity=2)
