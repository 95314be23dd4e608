"""How long the page of a large organisation takes to open and to search, and how large it is.
Usage: bench_page.py BUILD_DIR [WORKBOOKS]"""

import pathlib
import statistics
import subprocess
import sys
import tempfile

import estate

SEARCH = """
    const box = document.getElementById("find");
    box.value = arguments[0];
    const began = performance.now();
    box.dispatchEvent(new Event("input"));
    return performance.now() - began;"""


def main():
    estate.BUILD.append(pathlib.Path(sys.argv[1]).resolve())
    workbooks = int(sys.argv[2]) if len(sys.argv) > 2 else 20000
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        one = estate.Estate(folder, ["--no-odd", "--workbooks", str(workbooks), "--datamodels", "500", "--datasets", "100",
                                     "--files", "1000", "--members", "300", "--tables", "2000", "--sources", "5",
                                     "--elements", "3"])
        cost = subprocess.run(["/usr/bin/time", "-f", "%M %U", estate.build() / "castor-extract-sigma", "--from",
                               one.output, "--html", one.page, "--log-level", "error"],
                              check=True, capture_output=True, text=True).stderr.split()
        text = one.page.read_text()
        packed = text.split('id="data">')[1].split("<")[0]
        data = len(packed) * 3 // 4
        print(f"page of {workbooks} workbooks: {len(text) / 1e6:.2f} MB; its data gzip'd {data / 1e6:.2f} MB; "
              f"ratio {(len(text) - 100000) / data:.2f} without the 100 KB (aim 1.5)")
        print(f"made in {cost[1]} s of CPU, peak {int(cost[0]) / 1024:.1f} MiB")
        window = estate.browser()
        try:
            opened = []
            for _ in range(3):
                window.get("about:blank")
                window.get(one.page.as_uri())
                while window.execute_script("return document.getElementById('state')"):
                    pass
                opened.append(window.execute_script("return performance.now()"))
            print(f"opened in {statistics.median(opened):.0f} ms (aim 2,000)")
            first = window.execute_script(SEARCH, "workbook 1")
            rest = [window.execute_script(SEARCH, words) for words in ("workbook 7", "a", "churn", "table 19", "no such")]
            print(f"first search {first:.0f} ms, then at most {max(rest):.0f} ms (aim 100)")
        finally:
            window.quit()


if __name__ == "__main__":
    main()
