using System.Globalization;

namespace NvgreGateway.Control.Configuration;

/// <summary>
/// Segments that stand for many (E-022): one for each VLAN of the ranges of their attachments, with VSID = base + VLAN, named
/// NAME.VLAN, and everything else as it stands there. What is behind the loader knows only the single segments.
/// </summary>
internal static class VlanRanges
{
    /// <summary>Whether a segment has a range.</summary>
    public static bool Has(SegmentConfiguration segment) => segment.Attachments.Any(static a => a.Vlans is not null);

    /// <summary>The VLANs of the ranges of a segment, each once, in order.</summary>
    public static IEnumerable<int> VlansOf(SegmentConfiguration segment) =>
        segment.Attachments.Where(static a => a.Vlans is not null).SelectMany(static a => a.Vlans!.Ids).Distinct().Order();

    /// <summary>The name of the segment of one VLAN.</summary>
    public static string NameOf(SegmentConfiguration segment, int vlan) => string.Create(CultureInfo.InvariantCulture, $"{segment.Name}.{vlan}");

    /// <summary>How many segments a segment stands for.</summary>
    public static int CountOf(SegmentConfiguration segment) => Has(segment) ? VlansOf(segment).Count() : 1;

    /// <summary>How many attachments a segment and all that it stands for have.</summary>
    public static int AttachmentsOf(SegmentConfiguration segment) => segment.Attachments.Sum(static a => a.Vlans?.Count ?? 1);

    /// <summary>Puts the single segments into the place of each that stands for many.</summary>
    /// <param name="configuration">A valid configuration as it was read.</param>
    /// <returns>The configuration without ranges.</returns>
    public static GatewayConfiguration Expand(GatewayConfiguration configuration) =>
        !configuration.Segments.Any(Has) ? configuration : configuration with { Segments = [.. configuration.Segments.SelectMany(Single)] };

    private static IEnumerable<SegmentConfiguration> Single(SegmentConfiguration segment)
    {
        if (!Has(segment))
        {
            return [segment];
        }

        return VlansOf(segment).Select(vlan => segment with
        {
            Name = NameOf(segment, vlan),
            Vsid = segment.Vsid + vlan,
            Attachments = [.. segment.Attachments
                .Where(a => a.Vlans is { } range && vlan >= range.First && vlan <= range.Last)
                .Select(a => new AttachmentConfiguration { Port = a.Port, Vlan = vlan })],
        });
    }
}
