using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace NvgreGateway.Control.Configuration;

/// <summary>Writes JSON text in the one form that all our output has.</summary>
internal static class JsonOutput
{
    /// <summary>Relaxed escaping: the text goes to terminals and files, never into HTML.</summary>
    public static JsonSerializerOptions Indented { get; } = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Write(Action<Utf8JsonWriter> write, bool indented)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter writer = new(stream, new JsonWriterOptions { Indented = indented, NewLine = "\n", Encoder = Indented.Encoder }))
        {
            write(writer);
        }

        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }
}
