using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace NvgreGateway.Control.Configuration;

/// <summary>Reads strings of a document whose escapes may name half a surrogate pair, which is JSON but not text.</summary>
internal static class JsonText
{
    public static bool TryGetString(JsonElement element, out string text)
    {
        try
        {
            text = element.GetString() ?? string.Empty;
            return true;
        }
        catch (InvalidOperationException)
        {
            text = string.Empty;
            return false;
        }
    }

    /// <summary>The name of a property; its raw text where the name is not text.</summary>
    public static string Name(JsonProperty property)
    {
        ReadOnlySpan<byte> raw = JsonMarshal.GetRawUtf8PropertyName(property);
        if (!raw.Contains((byte)'\\'))
        {
            return Encoding.UTF8.GetString(raw);
        }

        try
        {
            return property.Name;
        }
        catch (InvalidOperationException)
        {
            return Encoding.UTF8.GetString(raw);
        }
    }
}
