<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>
<qgis version="3.22.0" styleCategories="Symbology">
<renderer-v2 type="RuleRenderer" enableorderby="0" forceraster="0" symbollevels="0">
<rules key="{maraude}">
<rule filter="&quot;subject&quot; = 'street' AND &quot;level&quot; = 'leaf' AND &quot;figure&quot; &lt; 20" label="moins de 20" symbol="0" key="{maraude-0}"/>
<rule filter="&quot;subject&quot; = 'street' AND &quot;level&quot; = 'leaf' AND &quot;figure&quot; &gt;= 20 AND &quot;figure&quot; &lt; 40" label="20 à 39" symbol="1" key="{maraude-1}"/>
<rule filter="&quot;subject&quot; = 'street' AND &quot;level&quot; = 'leaf' AND &quot;figure&quot; &gt;= 40" label="40 et plus" symbol="2" key="{maraude-2}"/>
<rule filter="&quot;subject&quot; = 'street' AND &quot;level&quot; &lt;&gt; 'leaf' AND &quot;figure&quot; IS NULL" label="chiffre non montré" symbol="3" key="{maraude-3}"/>
<rule filter="&quot;subject&quot; = 'street' AND &quot;level&quot; &lt;&gt; 'leaf' AND &quot;figure&quot; IS NOT NULL" label="surface montrée" symbol="4" key="{maraude-4}"/>
</rules>
<symbols>
<symbol name="0" type="fill" alpha="1" clip_to_extent="1" force_rhr="0"><layer class="SimpleFill" enabled="1" locked="0" pass="0"><prop k="color" v="198,219,239,200"/><prop k="style" v="solid"/><prop k="outline_color" v="80,80,80,255"/><prop k="outline_style" v="solid"/><prop k="outline_width" v="0.2"/><prop k="outline_width_unit" v="MM"/></layer></symbol>
<symbol name="1" type="fill" alpha="1" clip_to_extent="1" force_rhr="0"><layer class="SimpleFill" enabled="1" locked="0" pass="0"><prop k="color" v="107,174,214,200"/><prop k="style" v="solid"/><prop k="outline_color" v="80,80,80,255"/><prop k="outline_style" v="solid"/><prop k="outline_width" v="0.2"/><prop k="outline_width_unit" v="MM"/></layer></symbol>
<symbol name="2" type="fill" alpha="1" clip_to_extent="1" force_rhr="0"><layer class="SimpleFill" enabled="1" locked="0" pass="0"><prop k="color" v="33,113,181,200"/><prop k="style" v="solid"/><prop k="outline_color" v="80,80,80,255"/><prop k="outline_style" v="solid"/><prop k="outline_width" v="0.2"/><prop k="outline_width_unit" v="MM"/></layer></symbol>
<symbol name="3" type="fill" alpha="1" clip_to_extent="1" force_rhr="0"><layer class="SimpleFill" enabled="1" locked="0" pass="0"><prop k="color" v="190,190,190,160"/><prop k="style" v="f_diagonal"/><prop k="outline_color" v="120,120,120,255"/><prop k="outline_style" v="solid"/><prop k="outline_width" v="0.3"/><prop k="outline_width_unit" v="MM"/></layer></symbol>
<symbol name="4" type="fill" alpha="1" clip_to_extent="1" force_rhr="0"><layer class="SimpleFill" enabled="1" locked="0" pass="0"><prop k="color" v="0,0,0,0"/><prop k="style" v="no"/><prop k="outline_color" v="60,60,60,255"/><prop k="outline_style" v="solid"/><prop k="outline_width" v="0.4"/><prop k="outline_width_unit" v="MM"/></layer></symbol>
</symbols>
</renderer-v2>
</qgis>
