import { Body, Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { detectorNames, ValueMasker } from '@inland/masking';
import { checkedBody } from '@inland/service-host';
import { z } from 'zod';

const previewSchema = z.strictObject({
  text: z.string().max(512 * 1024),
  /** All that there are, when absent. */
  detect: z.array(z.enum(detectorNames)).optional(),
});

/** What masking would do: the same code as in the data path. */
@ApiTags('masking')
@ApiBearerAuth()
@Controller('api/v1/masking')
export class MaskingController {
  @Get('detectors')
  @ApiOperation({ summary: 'What can be found and masked' })
  detectors(): { readonly detectors: readonly string[] } {
    return { detectors: detectorNames };
  }

  @Post('preview')
  @HttpCode(200)
  @ApiOperation({ summary: 'How a text would look; nothing of it is kept' })
  preview(@Body({ schema: previewSchema, pipes: [checkedBody] }) body: z.output<typeof previewSchema>): {
    readonly text: string;
    readonly masked: number;
  } {
    return new ValueMasker(body.detect ?? detectorNames).maskText(body.text);
  }
}
