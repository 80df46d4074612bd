/** `GET /notes`, and `POST /notes` with `{ "text": "..." }`. */
import { BadRequestException, Body, Controller, Get, Post } from '@nestjs/common';
import type { Note } from '../store.js';
import { NotesService } from './notes.service.js';

@Controller('notes')
export class NotesController {
  constructor(private readonly notes: NotesService) {}

  @Get()
  list(): Promise<readonly Note[]> {
    return this.notes.list();
  }

  @Post()
  add(@Body('text') text: unknown): Promise<Note> {
    if (typeof text !== 'string' || text === '') throw new BadRequestException('text is missing');
    return this.notes.add(text);
  }
}
