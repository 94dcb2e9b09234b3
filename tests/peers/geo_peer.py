"""What geopandas and pyogrio do of the same work, for `cargo xtask bench geo`.

geo_peer.py zones POINTS LAYER...: places in the areas of each layer. POINTS holds pairs of
little-endian doubles, longitude first; prints one line of JSON a layer: seconds, places held, and how
many in each area of the file, in its order.
geo_peer.py write SOURCE OUT ENDING: writes a layer that was read before the clock starts.
"""

import json
import sys
import time

import geopandas
import numpy
import pyogrio

DRIVERS = {"geojson": "GeoJSON", "gpkg": "GPKG", "fgb": "FlatGeobuf", "xlsx": "XLSX"}


def zones(points, layers):
    pairs = numpy.fromfile(points, dtype="<f8").reshape(-1, 2)
    places = geopandas.GeoDataFrame(
        geometry=geopandas.points_from_xy(pairs[:, 0], pairs[:, 1]), crs="EPSG:4326"
    )
    for layer in layers:
        areas = geopandas.read_file(layer)[["geometry"]].set_crs("EPSG:4326", allow_override=True)
        start = time.perf_counter()
        held = geopandas.sjoin(places, areas, predicate="within")
        seconds = time.perf_counter() - start
        counts = held["index_right"].value_counts().reindex(range(len(areas)), fill_value=0)
        print(json.dumps({
            "seconds": seconds, "held": int(len(held)), "by_area": [int(n) for n in counts],
        }))


def write(source, out, ending):
    layer = pyogrio.read_dataframe(source)
    start = time.perf_counter()
    if ending == "parquet":
        layer.to_parquet(out)
    elif ending == "csv":
        table = layer.drop(columns="geometry")
        table["lon"], table["lat"] = layer.geometry.x, layer.geometry.y
        table.to_csv(out, index=False)
    elif ending == "xlsx":
        # A worksheet holds no geometry.
        pyogrio.write_dataframe(layer.drop(columns="geometry"), out, driver=DRIVERS[ending])
    else:
        options = {"VERSION": "1.3"} if ending == "gpkg" else {}
        pyogrio.write_dataframe(layer, out, driver=DRIVERS[ending], dataset_options=options)
    print(json.dumps({"seconds": time.perf_counter() - start, "rows": len(layer)}))


if __name__ == "__main__":
    if sys.argv[1] == "zones":
        zones(sys.argv[2], sys.argv[3:])
    else:
        write(*sys.argv[2:5])
