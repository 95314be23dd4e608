"""Draws what pictures.sh has captured. Usage: pictures.py SCREEN PAGE OUT_DIR"""

import pathlib
import re
import sys

import estate
from rich.console import Console
from rich.terminal_theme import DIMMED_MONOKAI
from rich.text import Text
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait


def draw_screen(screen, path):
    lines = screen.read_text().rstrip().splitlines()
    with open("/dev/null", "w", encoding="utf-8") as nowhere:
        console = Console(record=True, width=100, file=nowhere, force_terminal=True)
        console.print(Text.from_ansi("\n".join(lines[-34:])))
        svg = console.export_svg(title="castor-extract-sigma", theme=DIMMED_MONOKAI)
    # Whoever looks at the picture is not to fetch a font from somewhere.
    path.write_text(re.sub(r" *@font-face \{.*?\}\n", "", svg, flags=re.S))


def draw_page(page, path):
    window = estate.browser()
    try:
        window.set_window_size(1100, 1000)
        window.get(page.as_uri())
        WebDriverWait(window, 60).until(lambda _: not window.find_elements(By.ID, "state"))
        window.find_element(By.ID, "find").send_keys("table 7", Keys.ENTER)
        WebDriverWait(window, 60).until(lambda _: window.find_elements(By.CSS_SELECTOR, "#walk h3"))
        window.execute_script("document.getElementById('lineage').scrollIntoView()")
        window.save_screenshot(str(path))
    finally:
        window.quit()


if __name__ == "__main__":
    SCREEN, PAGE, OUT = map(pathlib.Path, sys.argv[1:])
    draw_screen(SCREEN, OUT / "run.svg")
    draw_page(PAGE.resolve(), OUT / "page.png")
