<?xml version="1.0" encoding="UTF-8"?>
<StyledLayerDescriptor xmlns="http://www.opengis.net/sld" xmlns:ogc="http://www.opengis.net/ogc" version="1.0.0">
<NamedLayer><Name>maraude</Name><UserStyle><Name>maraude</Name><FeatureTypeStyle>
<Rule><PointSymbolizer><Graphic><Mark><WellKnownName>circle</WellKnownName><Fill><CssParameter name="fill">#2171b5</CssParameter></Fill></Mark><Size>8</Size></Graphic></PointSymbolizer></Rule>
</FeatureTypeStyle></UserStyle></NamedLayer>
</StyledLayerDescriptor>
