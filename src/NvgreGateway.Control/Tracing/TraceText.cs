using System.Globalization;
using System.Text;

namespace NvgreGateway.Control.Tracing;

/// <summary>A traced packet as a person reads it in a terminal.</summary>
public static class TraceText
{
    private const int StageWidth = 12;

    /// <summary>Tells a packet.</summary>
    /// <param name="packet">The packet.</param>
    /// <param name="bytes">Whether its bytes are shown as well.</param>
    /// <returns>Lines, each ended.</returns>
    public static string Of(TracePacket packet, bool bytes = false)
    {
        ArgumentNullException.ThrowIfNull(packet);
        var text = new StringBuilder();
        string head = packet.Number == 0 ? "gateway" : string.Create(CultureInfo.InvariantCulture, $"#{packet.Number}");
        text.Append(CultureInfo.InvariantCulture, $"{head}  {packet.Time[11..^1]}  {packet.Port}  {packet.Length} bytes\n");
        text.Append("    ").Append(packet.Frame).Append('\n');
        Hex(text, bytes ? packet.Bytes : null);
        foreach (TraceStep step in packet.Steps)
        {
            text.Append("    ").Append(step.Stage.PadRight(StageWidth)).Append(' ').Append(step.Text).Append('\n');
            Hex(text, bytes ? step.Bytes : null);
        }

        string? verdict = packet.Verdict switch
        {
            "dropped" => $"dropped: {packet.Reason} ({string.Join(", ", packet.Rules ?? [])})",
            "consumed" => "handed to control",
            "open" => "the trace ended before the packet did",
            "own" => null,
            string other => other,
        };
        if (verdict is not null)
        {
            text.Append("  = ").Append(verdict).Append('\n');
        }

        return text.ToString();
    }

    private static void Hex(StringBuilder text, string? bytes)
    {
        for (int i = 0; bytes is not null && i < bytes.Length; i += 32)
        {
            text.Append(CultureInfo.InvariantCulture, $"      {i / 2:x4} ");
            for (int j = i; j < Math.Min(i + 32, bytes.Length); j += 2)
            {
                text.Append(' ').Append(bytes, j, 2);
            }

            text.Append('\n');
        }
    }
}
