using System.Globalization;
using System.Text.Json.Nodes;

namespace NvgreGateway.Control.Configuration;

/// <summary>A range of VLANs such as <c>1000-1999</c> (E-022).</summary>
internal sealed class VlanRangeKind : TextKind<VlanRange>
{
    public override string Allowed => "a range of VLANs such as \"1000-1999\", within 1 to 4094";

    public override bool TryParse(string text, out VlanRange value, out string? problem)
    {
        value = new VlanRange(1, 1);
        problem = null;
        int dash = text.IndexOf('-', StringComparison.Ordinal);
        if (dash < 0 || !Id(text.AsSpan(0, dash), out int first) || !Id(text.AsSpan(dash + 1), out int last))
        {
            return false;
        }

        if (last < first)
        {
            problem = "ends before it begins";
            return false;
        }

        value = new VlanRange(first, last);
        return true;
    }

    public override string Format(VlanRange value) => value.ToString();

    public override VlanRange Placeholder(ReadContext context) => new(1, 1);

    public override JsonObject Schema() => new() { ["type"] = "string", ["pattern"] = "^[1-9][0-9]{0,3}-[1-9][0-9]{0,3}$" };

    private static bool Id(ReadOnlySpan<char> text, out int id) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out id) && id is >= 1 and <= 4094 && text[0] != '0';
}

/// <summary>A TPID: 0x8100, 0x88A8, 0x9100 or 0x9200 (A-043, E-006).</summary>
internal sealed class TpidKind : TextKind<int>
{
    private static readonly int[] Known = [0x8100, 0x88A8, 0x9100, 0x9200];

    public override string Allowed => "\"0x8100\", \"0x88A8\", \"0x9100\" or \"0x9200\"";

    public override bool TryParse(string text, out int value, out string? problem)
    {
        value = Array.Find(Known, tpid => string.Equals(Format(tpid), text, StringComparison.OrdinalIgnoreCase));
        problem = value == 0 ? "is not the TPID of a tag" : null;
        return value != 0;
    }

    public override string Format(int value) => string.Create(CultureInfo.InvariantCulture, $"0x{value:X4}");

    public override int Placeholder(ReadContext context) => Known[0];

    public override JsonObject Schema() => new() { ["type"] = "string", ["pattern"] = "^0[xX](?:8100|88[aA]8|9100|9200)$" };
}
